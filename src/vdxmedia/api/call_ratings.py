"""The answer to the one question after a call, over REST, with the token that was made in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta

from vdxmedia.api.audited import OF_ONESELF
from vdxmedia.api.operations import Credential, Joined, Operation
from vdxmedia.hub.call_ratings import HIGHEST, LOWEST, CallRating, CallRatings, Trouble


class CallRatingRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """How the call was, and what was wrong with it."""

    score: Annotated[int, Meta(ge=LOWEST, le=HIGHEST, description="1 is bad, 5 is good.")]
    troubles: Annotated[Sequence[Trouble], Meta(max_length=len(Trouble))] = ()


class CallRatingOperations:
    """The handler. Holds no state of its own."""

    def __init__(self, ratings: CallRatings) -> None:
        self._ratings = ratings

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                method="POST",
                path="/api/v1/call-rating",
                name="rateCall",
                summary="Say how the call was, once, with the last token that was made in it",
                handler=self._rate,
                credential=Credential.JOIN_TOKEN,
                audit=OF_ONESELF,
                body=CallRatingRequest,
                answer=None,
                status=HTTPStatus.NO_CONTENT,
                errors=("call_unknown", "rated_already", "store_unavailable"),
            ),
        )

    async def _rate(self, path: Mapping[str, str], joined: Joined) -> None:
        body = joined.body
        assert isinstance(body, CallRatingRequest)
        await self._ratings.rate(joined.grant, CallRating(body.score, frozenset(body.troubles)))
