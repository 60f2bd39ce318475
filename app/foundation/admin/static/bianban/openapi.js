// Draws the interactive description of the API into the page that carries its address.
"use strict";
const place = document.getElementById("swagger-ui");
if (place) {
  SwaggerUIBundle({
    url: place.dataset.url,
    domNode: place,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset],
    layout: "BaseLayout",
  });
}
