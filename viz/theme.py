"""How the page looks: the server's theme settings and the one block of style that Streamlit's own widgets need."""

from __future__ import annotations

from typing import Any

RAIL = 340  # pixels; the stage takes the rest
HEADER = 56

# Only this machine is served, nothing is watched, nothing is reported to anybody; the port comes from the environment.
CONFIG: dict[str, Any] = {
    "server.address": "127.0.0.1",
    "server.headless": True,
    "server.fileWatcherType": "none",
    "client.toolbarMode": "minimal",
    "browser.gatherUsageStats": False,
    "theme.light.primaryColor": "#c2410c",
    "theme.light.backgroundColor": "#fdfcfa",
    "theme.light.secondaryBackgroundColor": "#f3f0ea",
    "theme.light.textColor": "#22201c",
    "theme.light.borderColor": "#d9d4c8",
    "theme.dark.primaryColor": "#ffb454",
    "theme.dark.backgroundColor": "#14161a",
    "theme.dark.secondaryBackgroundColor": "#1f2228",
    "theme.dark.textColor": "#e9e6df",
    "theme.dark.borderColor": "#3a3e46",
}

# A constant of ours: no data ever comes near it.
STYLE = f"""<style>
[data-testid="stMainBlockContainer"] {{ padding: .5rem 1rem .5rem 1rem; max-width: none; }}
[data-testid="stHeader"] {{ background: transparent; height: 0; min-height: 0; }}
[data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] {{ gap: .35rem; }}
.st-key-head {{ min-height: {HEADER - 16}px; }}
.st-key-head [data-testid="stHeading"], .st-key-head [data-testid="stMarkdownContainer"] {{ margin: 0; }}
.st-key-head h1 {{ line-height: 1; font-size: 1.25rem; font-weight: 650; padding: 0; margin: 0; letter-spacing: -.01em; white-space: nowrap; }}
.st-key-rail {{ gap: .6rem; }}
.st-key-rail p {{ font-size: .9rem; line-height: 1.45; }}
.st-key-rail textarea {{ font-size: .95rem; }}
.st-key-scenes button {{ text-align: left; justify-content: flex-start; min-height: 2rem; }}
.st-key-map {{ height: 100%; }}
@media (min-width: 900px) {{
  [data-testid="stColumn"]:has(.st-key-rail) {{ flex: 0 0 {RAIL}px; min-width: {RAIL}px; width: {RAIL}px; }}
  [data-testid="stColumn"]:has(.st-key-stage) {{ flex: 1 1 auto; min-width: 0; width: auto; }}
  .st-key-stage, .st-key-map {{ height: calc(100dvh - {HEADER + 8}px); min-height: 460px; }}
  .st-key-rail {{ height: calc(100dvh - {HEADER + 8}px); overflow-y: auto; flex-wrap: nowrap; padding: 0 .6rem 1rem .1rem; }}
}}
@media (max-width: 899px) {{
  [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"] .st-key-stage) {{ flex-direction: column; }}
  [data-testid="stColumn"]:has(.st-key-rail), [data-testid="stColumn"]:has(.st-key-stage) {{ width: 100%; flex: 1 1 100%; min-width: 100%; }}
  .st-key-stage, .st-key-map {{ height: 78dvh; min-height: 440px; }}
  [data-testid="stMainBlockContainer"] {{ padding: .4rem .5rem 1rem .5rem; }}
}}
</style>"""
