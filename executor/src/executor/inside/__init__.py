"""The first process of a session: it starts, watches and ends all others, and opens its files."""
