"""Plays an exercise film into a room: a process of its own, to the server an ordinary client that only sends.

`clip` opens a file and says what is wrong with it, `reader` decodes it ahead in a thread, `sound` keeps what was
decoded, `timeline` knows where the film is, `player` joins these, `encoder` makes frames of the room's codec, `sender`
gives them to aiortc, `participant` is the client, `probe` looks at files for the library's list.

Left out: subtitles, a second size for narrow ways (aiortc sends no simulcast), films from other machines.
"""
