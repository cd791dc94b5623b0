"""The tables of the configuration: each key with its type, bounds and default. `config` reads and checks them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from vdxmedia.booking.choices import Provisioning
from vdxmedia.conference.settings import MAX_PARTICIPANTS

MAX_WORKERS = 32
"""Of one relay."""
Seconds = Annotated[float, Meta(gt=0, le=31 * 24 * 3600)]
Port = Annotated[int, Meta(ge=0, le=65535)]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the tables."""


class Http(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where pages, REST and signalling are served."""

    binds: list[str] = msgspec.field(default_factory=lambda: ["0.0.0.0:7880", "[::]:7880"])
    """`address:port`, IPv6 in brackets; port 0 takes a free one."""
    public_url: str = ""
    """What is in people's links, as `https://moede.example.dk`. Needed for `serve`."""
    certificate_file: str = ""
    """PEM chain. With `certificate_key_file` the server speaks TLS itself; without, it must be behind a proxy."""
    certificate_key_file: str = ""
    """PEM, the private key of the certificate; readable by the server's user alone."""
    trusted_proxies: list[str] = []
    """Networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, as `10.1.0.0/16`."""
    frame_ancestors: list[str] = msgspec.field(default_factory=lambda: ["'self'"])
    """Who may show the pages in a frame (CSP `frame-ancestors`); whom it names by host may also lead the call in the
    frame and join from pages of his own, see docs/embedding.md."""
    max_body_bytes: Annotated[int, Meta(ge=1024, le=16 * 1024 * 1024)] = 64 * 1024
    """Largest request body of the REST API."""


PageLanguage = Literal["da", "en", "de", "ar"]
"""As `LANGUAGES` of the page (web/src/text/languages.ts)."""


class WebPages(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the pages offer."""

    languages: Annotated[list[PageLanguage], Meta(min_length=1)] = msgspec.field(default_factory=lambda: ["da", "en"])
    """To choose from; the first is for whom none fits. `de` and `ar` are translations that nobody has read through."""


class Media(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The relay's sockets."""

    binds: list[str] = msgspec.field(default_factory=lambda: ["0.0.0.0:7882", "[::]:7882"])
    """`address:port` of the first worker, IPv6 in brackets; a wildcard: one socket per address of the machine."""
    tcp: bool = True
    """Take media by TCP too, on the same addresses and numbers (RFC 6544): for networks that stop UDP."""
    workers: Annotated[int, Meta(ge=0, le=MAX_WORKERS)] = 0
    """Threads that forward; worker i has every port number plus i. 0: one for each core but one, at least one."""
    announced: list[str] = []
    """Addresses put into answers instead of the bound ones, for 1:1 NAT; one per family at most."""
    socket_buffer_bytes: Annotated[int, Meta(ge=65_536, le=256 * 1024 * 1024)] = 4 * 1024 * 1024
    """Asked for each socket; the kernel caps it at `net.core.rmem_max` and `wmem_max`."""
    local_only: bool = False
    """Drop what comes from another machine: loopback for media, on the machine's own addresses too."""


class Turn(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A TURN server (coturn) for clients whose network lets no UDP through; see docs/turn.md."""

    urls: list[str] = []
    """As `turn:turn.example.dk:3478?transport=udp` and `turns:turn.example.dk:443?transport=tcp`; empty: none."""
    secret_file: str = ""
    """The secret shared with the TURN server (`static-auth-secret`), one line. Made by `vdxmedia keys new`."""
    lifetime_s: Annotated[float, Meta(ge=600, le=7 * 24 * 3600)] = 8 * 3600.0
    """How long credentials work; a client that comes back gets new ones."""
    relay_networks: list[str] = []
    """Where its packets come from, if not from the addresses of the names in `urls`, as `10.1.2.3/32`: then people who
    come through it are shown with the path `turn`."""


class Store(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where rooms, live conferences and attendance are kept: they outlast a restart."""

    url: str = "sqlite:////var/lib/vdxmedia/vdxmedia.db"
    """A file of this server alone, as here, or `postgresql://user@host/database`; one database per server."""
    password_file: str = ""
    """The PostgreSQL user's password, one line; a password is never in the url."""
    sealing_key_file: str = ""
    """Keys that PINs, tokens and telephone numbers are sealed with in the store, one per line, the newest first."""
    upgrade_at_start: bool = False
    """Bring an older store up to date at the start instead of refusing it; else by `vdxmedia store upgrade`."""
    attendance_kept_days: Annotated[float, Meta(gt=0, le=10 * 366)] = 30.0
    """From the moment when a person was last seen in a room that records attendance."""
    closed_rooms_kept_days: Annotated[float, Meta(gt=0, le=10 * 366)] = 30.0
    """From a room's closing time; then its settings and its subject are deleted."""


class Booking(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Meetings that systems and people book."""

    provisioning: Provisioning = Provisioning.BUILT_IN
    """`builtIn`: this server makes the rooms of meetings. `external`: a provisioner does, and reports it."""
    uri_domain: str = ""
    """Behind the at sign of rooms' addresses where a template names none; empty: the host name of `http.public_url`."""
    portal_link: str = ""
    """A template of links for people, with placeholders as `__uri-with-domain__`; empty: this server's own page."""
    short_link_base: str = ""
    """What short links begin with, as `https://m.example.dk/`; empty: `http.public_url` and `/m/`."""
    v1_lists: Literal["array", "hal"] = "array"
    """Lists of version 1 of the VDX API: arrays, as it is described, or HAL collections, as clients in use expect."""


Days = Annotated[float, Meta(gt=0, le=10 * 366)]


class Retention(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long things stay after their use; looked at once a day. See docs/privacy.md for why these defaults."""

    meetings_kept_days: Days = 90.0
    """From a meeting's end; then it goes with its subject, people, labels, links and room."""
    calls_kept_days: Days = 400.0
    """From a call's end: who came when, in which role; names go after `store.attendance_kept_days`."""
    call_records_kept_days: Days = 14.0
    """From a participant's joining: how his call went, by ids and roles, for `vdxmedia explain`."""
    audit_kept_days: Days = 400.0
    """Whole days of the audit log; their heads stay."""
    idempotency_keys_kept_days: Days = 2.0
    """From the request."""


class Tokens(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How join tokens are signed."""

    signing_key_file: str = ""
    """PEM, Ed25519 or P-256, private. Make one with `vdxmedia keys new`."""
    verification_key_files: list[str] = []
    """Further PEM keys, public or private, whose tokens are still believed: yesterday's signing key."""
    link_lifetime_s: Seconds = 24 * 3600.0
    """How long a link works when the room has no closing time."""
    session_lifetime_s: Annotated[float, Meta(ge=60, le=24 * 3600)] = 600.0
    """How long the token of a running session works; it is renewed while the session lasts, and must outlast a lost
    connection."""


class Api(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may use the REST API, and how often."""

    keys_file: str = ""
    """Bearer tokens of the REST API: one `name: secret` per line, secret of at least 32 characters."""
    requests_per_second: Annotated[float, Meta(gt=0, le=10_000)] = 20.0
    """Per API key, with bursts of five seconds' worth."""
    failures_per_minute: Annotated[float, Meta(gt=0, le=10_000)] = 30.0
    """Requests without a valid key, per client address."""


Algorithm = Literal["RS256", "ES256", "PS256", "EdDSA"]


class Issuer(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who signs access tokens for the booking APIs, as a Keycloak realm. A claim's name is a member of the token, or
    with a slash in front a path through it (RFC 6901), as `/realm_access/roles`."""

    issuer: str
    """Exactly as in the tokens' `iss`."""
    audience: str
    """Must be in the tokens' `aud`."""
    jwks_url: str = ""
    """Where its keys are; empty: found by `issuer`/.well-known/openid-configuration."""
    algorithms: Annotated[list[Algorithm], Meta(min_length=1)] = msgspec.field(
        default_factory=lambda: ["RS256", "ES256", "PS256", "EdDSA"]
    )
    """That its tokens may be signed with."""
    organisation_claim: str = "dk:medcom:organisation_id"
    """The organisation's code."""
    email_claim: str = "dk:medcom:email"
    """Of the person who calls."""
    role_claim: str = "dk:medcom:video:role"
    """One role, or a list of them."""
    auto_organisation_claim: str = "dk:medcom:auto:organisation_id"
    """The code of the organisation below which an unknown one is made when it is first heard of."""
    organisations: list[str] = []
    """Codes of those that it speaks for, and for all below them; empty: for all, and for provisioners too."""


class Oauth(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may call the booking APIs; see docs/reference/authentication.md."""

    issuers: Annotated[list[Issuer], Meta(max_length=32)] = []
    """Each as a table `[[oauth.issuers]]`; in the environment as JSON."""
    built_in: bool = True
    """Be an issuer too, at /oauth/token, for clients made with `vdxmedia client add`."""
    token_lifetime_s: Annotated[float, Meta(ge=60, le=24 * 3600)] = 600.0
    """Of the built-in issuer's tokens."""
    leeway_s: Annotated[float, Meta(ge=0, le=300)] = 30.0
    """How far the clocks of an issuer and of this server may differ."""
    session_data_from: list[str] = []
    """Networks of the proxies whose `X-SESSIONDATA` is believed, as `10.1.2.3/32`: they do OIO IDWS for version 1."""
    certificates_from: list[str] = []
    """Networks of the proxies that are believed about clients' certificates (mutual TLS)."""
    fingerprint_header: str = "X-SSL-Client-Fingerprint"
    """From such a proxy: the certificate's SHA-256 in hex, or the certificate itself as URL-encoded PEM."""
    subject_header: str = "X-SSL-Client-S-DN"
    """From such a proxy: the certificate's subject (RFC 2253)."""
    address_requests_per_second: Annotated[float, Meta(gt=0, le=100_000)] = 100.0
    """Per client address, with bursts of five seconds' worth; so are the two below."""
    client_requests_per_second: Annotated[float, Meta(gt=0, le=100_000)] = 50.0
    """Per client, as its tokens name it."""
    organisation_requests_per_second: Annotated[float, Meta(gt=0, le=100_000)] = 200.0
    """Per organisation, as the tokens of its callers name it."""


class Staff(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may use the staff page at /staff, for those without a system of their own that books."""

    issuer: str = ""
    """Where people sign in (OpenID Connect): the `issuer` of one of `oauth.issuers`; empty: with a password of this
    server, who was invited (`vdxmedia admin invite`)."""
    client_id: str = ""
    """This server's at the issuer, with `http.public_url` and /staff/signed-in as its redirect address."""
    client_secret_file: str = ""
    """The client's secret, one line; empty: a public client, by PKCE alone."""
    scopes: Annotated[list[str], Meta(min_length=1, max_length=16)] = msgspec.field(default_factory=lambda: ["openid"])
    """Asked for at the sign-in; `openid` must be among them."""
    resource: str = ""
    """Asked for as the token's audience (RFC 8707), where the issuer wants to be told."""
    idle_s: Annotated[float, Meta(ge=60, le=24 * 3600)] = 3600.0
    """How long a session lasts that nothing is heard of; an open page is heard of every few seconds."""
    session_lifetime_s: Annotated[float, Meta(ge=300, le=24 * 3600)] = 10 * 3600.0
    """How long it lasts at most: a working day."""


class Sms(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Messages to telephones; see docs/sms.md."""

    sender: Annotated[str, Meta(min_length=1, max_length=16)] = "Videomoede"
    """Where the organisation has none: at most 11 letters and digits, or a number that the gateway knows."""
    language: Literal["da", "en"] = "da"
    """Of texts where neither the request nor the organisation says."""
    countries: list[Annotated[int, Meta(ge=1, le=999)]] = msgspec.field(default_factory=lambda: [45, 298, 299])
    """Calling codes of the telephones that are written to, as 46 for Sweden; empty: all countries."""
    per_organisation_a_day: Annotated[int, Meta(ge=1, le=1_000_000)] = 5_000
    """SMS as they are paid for, by Danish date."""
    per_number_a_day: Annotated[int, Meta(ge=1, le=1_000)] = 20
    """Messages from one organisation to one number within 24 hours."""
    kept_days: Annotated[float, Meta(gt=0, le=10 * 366)] = 30.0
    """Messages with their number and text; from when they were written."""
    callback_networks: list[str] = []
    """Networks of your own where organisations' callbacks may be, as `10.1.0.0/16`; else only public addresses."""


Success = Annotated[int, Meta(ge=200, le=299)]
GatewayShape = Literal["none", "generic", "gatewayApi", "twilio", "kannel"]


class SmsGateway(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who brings messages to telephones; in development `none` is the inbox at /dev/sms."""

    shape: GatewayShape = "none"
    """How the gateway wants to be called; see docs/sms.md."""
    url: str = ""
    """`generic` and `kannel`: the whole address; the others: what it begins with, as `https://api.example.com`."""
    user: str = ""
    """`twilio`: the account; `kannel`: the user of `sendsms`."""
    secret_file: str = ""
    """Token or password, one line."""
    method: Literal["POST", "PUT", "GET"] = "POST"
    """This and what follows: of `generic`."""
    headers: list[str] = []
    """As `Authorization: Bearer {secret}`."""
    body: str = ""
    """Template with `{to}`, `{toDigits}`, `{from}`, `{text}`, `{reference}`, `{reportUrl}`, `{user}`, `{secret}`."""
    body_form: Literal["json", "form"] = "json"
    """How the body is written, and how values are put into it."""
    success_statuses: list[Annotated[int, Meta(ge=200, le=299)]] = msgspec.field(
        default_factory=lambda: [200, 201, 202]
    )
    """HTTP statuses that mean: taken."""
    id_path: str = ""
    """Where the answer (JSON) has the message's id, as `messages.0.id`; empty: the status is enough."""
    report_path: str = ""
    """Where a delivery report (JSON, form or query) has the state; empty: none come."""
    report_delivered: list[str] = []
    """States of a report that mean: it is on the telephone."""
    report_failed: list[str] = []
    """States that mean: it will never be."""


class Metrics(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The figures for Prometheus."""

    networks: list[str] = msgspec.field(default_factory=lambda: ["127.0.0.0/8", "::1/128"])
    """Who may read `/metrics`."""


class Limits(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much this server takes on."""

    rooms: Annotated[int, Meta(ge=1, le=1_000_000)] = 2_000
    """That are there at once; another is refused with `rooms_full`."""
    participants_per_room: Annotated[int, Meta(ge=2, le=MAX_PARTICIPANTS)] = MAX_PARTICIPANTS
    """The highest `maximum` that a room may ask for."""
    joins_per_second: Annotated[float, Meta(gt=0, le=10_000)] = 50.0
    """Over all rooms; who comes above it is told when to try again."""
    echoes: Annotated[int, Meta(ge=0, le=1_000)] = 32
    """Network checks and tests that send people their own picture back, at once; 0: none."""


Levels = Annotated[list[Annotated[float, Meta(gt=0.15, le=1)]], Meta(min_length=3, max_length=3)]
"""Above what they are lower by when things are given back (`hub.overload.RELIEF`)."""
Lateness = Annotated[list[Annotated[float, Meta(gt=0, le=3600)]], Meta(min_length=3, max_length=3)]


class Overload(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the server gives things up so that sound goes on: upper layers of pictures, then pictures that matter least,
    then newcomers; see docs/operations.md."""

    relay_levels: Levels = msgspec.field(default_factory=lambda: [0.70, 0.78, 0.85])
    """Where the three levels begin: the share of a core that a worker of the relay takes. Given back at 0.15 less."""
    relay_full: Annotated[float, Meta(gt=0.15, le=1)] = 0.95
    """Above it a worker takes no new connection at all, not even of who is let in already."""
    relay_lasts_s: Annotated[float, Meta(ge=0, le=300)] = 2.0
    """How long the relay must be so busy before the next level."""
    loop_levels_s: Lateness = msgspec.field(default_factory=lambda: [0.3, 0.6, 1.0])
    """Where the three levels begin: how late signalling's event loop wakes. Given back at a third of it."""
    loop_lasts_s: Annotated[float, Meta(ge=0, le=300)] = 5.0
    """How long it must be so late before the next level."""
    hold_s: Annotated[float, Meta(ge=1, le=300)] = 10.0
    """How long it must have been better before a level is given back; twice as long after each relapse, up to 300 s."""
    retry_s: Annotated[float, Meta(ge=1, le=3600)] = 30.0
    """What newcomers who are refused are told to wait before they try again."""


class Film(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exercise films that hosts play into their rooms."""

    library: str = ""
    """A directory with one directory per organisation, named as in the rooms' `organisation`, with films in it; empty:
    no films."""
    maximum: Annotated[int, Meta(ge=0, le=64)] = 2
    """Films that play at once on this server; each takes up to one core."""
    per_organisation: Annotated[int, Meta(ge=1, le=64)] = 1
    """Of them, those of one organisation, so that it does not take the others' place. On a server of one organisation
    let it be the `maximum`."""
    max_file_bytes: Annotated[int, Meta(ge=1_000_000, le=1024**4)] = 4 * 1024**3
    """Of a film; a longer file is not offered."""


class Log(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the server says of itself, on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is said; `info` is one line per change of state."""
    format: Literal["json", "text"] = "json"
    """`text` is for reading by eye."""


class Stop(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the server ends."""

    deadline_s: Annotated[float, Meta(ge=0, le=24 * 3600)] = 30.0
    """From SIGTERM to the moment when calls still going on are ended."""


class Settings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set."""

    http: Http = Http()
    pages: WebPages = WebPages()
    media: Media = Media()
    turn: Turn = Turn()
    store: Store = Store()
    retention: Retention = Retention()
    booking: Booking = Booking()
    tokens: Tokens = Tokens()
    api: Api = Api()
    oauth: Oauth = Oauth()
    staff: Staff = Staff()
    sms: Sms = Sms()
    sms_gateway: SmsGateway = SmsGateway()
    sms_second_gateway: SmsGateway = SmsGateway()
    metrics: Metrics = Metrics()
    limits: Limits = Limits()
    overload: Overload = Overload()
    film: Film = Film()
    log: Log = Log()
    stop: Stop = Stop()
