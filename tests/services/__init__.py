"""The real servers, browsers and instances that tests run against; each is started privately and ended with them."""
