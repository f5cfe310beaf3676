"""The entry: the one page and the routes that the browser fetches by itself; nothing else."""

import streamlit as st

from viz.routes import routes

app = st.App("viz/main.py", routes=routes())

if __name__ == "__main__":
    app.run(
        config={
            "server.address": "127.0.0.1",
            "server.headless": True,
            "server.fileWatcherType": "none",
            "client.toolbarMode": "minimal",
            "browser.gatherUsageStats": False,
        }
    )
