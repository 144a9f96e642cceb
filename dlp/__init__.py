"""The guard for files that go over WeChat: agent, office and command line."""

__version__ = "0.1.0"
