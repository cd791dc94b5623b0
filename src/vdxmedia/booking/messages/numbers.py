"""Telephone numbers as people write them, into E.164 as gateways want them. A number without a country is Danish.

Refused is what no citizen answers an SMS on, or what costs: premium, shared cost, satellite, short numbers, fixed lines
where the numbering plan tells them apart. Danish numbers do not tell; all are taken, but for those of 70, 80 and 90.
"""

from __future__ import annotations

from collections.abc import Collection

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from vdxmedia.errors import BadField

MAX_NUMBER_CHARS = 32
"""As written; E.164 has 15 digits."""
DEFAULT_REGION = "DK"
DANISH_CODE, DANISH_SWITCHBOARD = 45, "70"
"""Numbers that lead to an organisation's lines; they are only called."""
NO_SMS = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.UAN,
        PhoneNumberType.PAGER,
        PhoneNumberType.VOICEMAIL,
    }
)


def to_e164(text: str, *, region: str = DEFAULT_REGION, field: str = "$.to") -> str:
    """`12 34 56 78`, `+45 12345678` and `0045…` all become `+4512345678`. The error never says the number.

    Raises: BadField for what is no number, and for one that takes no SMS.
    """
    if not 0 < len(text) <= MAX_NUMBER_CHARS:
        raise BadField(f"a telephone number of 1 to {MAX_NUMBER_CHARS} characters", field=field)
    if not all((sign.isascii() and (sign.isdigit() or sign in "+-()./ \u00a0")) or sign == "\u00a0" for sign in text):
        raise BadField("a telephone number has digits, spaces and a + in front of the country code", field=field)
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        raise BadField("this is not a telephone number; write it as +45 12 34 56 78", field=field) from error
    if not phonenumbers.is_valid_number(number):
        raise BadField("no such telephone number can exist; are all digits there?", field=field)
    is_switchboard = number.country_code == DANISH_CODE and str(number.national_number).startswith(DANISH_SWITCHBOARD)
    country = phonenumbers.region_code_for_country_code(number.country_code or 0)
    if (
        is_switchboard
        or country == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY
        or phonenumbers.number_type(number) in NO_SMS
    ):
        raise BadField("this number takes no SMS; write that of a mobile telephone", field=field)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def check_country(e164: str, countries: Collection[int], *, field: str = "$.to") -> None:
    """`countries`: calling codes; empty: all. Abroad costs more, and is where frauds have servers send to.

    Raises: BadField, which names the countries and not the number.
    """
    code = phonenumbers.parse(e164).country_code
    if countries and code not in countries:
        known = ", ".join(f"+{one}" for one in sorted(countries))
        raise BadField(f"SMS go to telephones of {known} from here; the operator can allow others", field=field)


def hidden(e164: str) -> str:
    """For lists that a person sees: the country and the last two digits."""
    return f"{e164[:3]} •• •• •• {e164[-2:]}" if len(e164) > 6 else "••"
