"""Measurements that ship with their numbers, one command each."""
