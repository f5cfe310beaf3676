"""The entry: the one page and the routes that the browser fetches by itself; nothing else."""

import streamlit as st

from viz.page import theme
from viz.server.hosts import doors
from viz.server.process import run
from viz.server.routes import PAGE, routes

app = st.App(PAGE, routes=routes(), middleware=doors())

if __name__ == "__main__":
    run(app, theme.CONFIG)
