"""Asking a server of this machine, past whatever proxy the environment or the system names."""

from urllib.request import ProxyHandler, build_opener

opened = build_opener(ProxyHandler({})).open
