"""The HTTP side: sessions by identifier, one run at a time in each, results kept for whoever asks
again, and the routes of the session pool's data plane. Everything a client can do wrong ends as a
4xx in one shape; everything that runs is bounded in count, bytes and time."""
