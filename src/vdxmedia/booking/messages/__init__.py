"""Messages to telephones, pure: what is written, to which number, how long it is, when it leaves, what becomes of it.

Left out: the way to a gateway (`integrations.sms`) and where messages wait (`hub.outbox_worker`, `store.messages`).
"""
