"""The laboratory of the end-to-end suite: real registries and clients, started, watched, disturbed and stopped from Python."""
