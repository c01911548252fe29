"""The product: dialog, store, commands. Only `assistant.app` knows the adapters."""

__version__ = "0.1.0"
