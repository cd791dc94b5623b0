"""SMS gateways of four shapes, and the inbox of development. Each implements `hub.messages_port.SmsGateway`."""
