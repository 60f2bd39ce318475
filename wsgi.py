"""For a WSGI server and for ``flask``: ``gunicorn wsgi:app``."""

from app import create_app

app = create_app()
