"""What outlives the process: rooms, the state of live conferences, attendance. The only place that imports SQLAlchemy.

One server per database. Left out: what several servers would need to share rooms.
"""
