"""What both vendors' REST APIs have in common.

What belongs here: who may call, and how a missing token is told. What does not: paths and bodies (`salesforce.py`, `hubspot.py`).
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any, TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dagster_open_platform_local.services.saas.tokens import ApiToken

Body: TypeAlias = Mapping[str, Any] | list[Mapping[str, Any]]
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


class AnswerError(Exception):
    """An answer that is no success.

    Args:
        status: Of HTTP.
        body: What is answered.
    """

    def __init__(self, status: int, body: Body) -> None:
        super().__init__(str(status))
        self.status = status
        self.body = body


def endpoint(token: ApiToken, unauthorized: Body, answer: Callable[[Request, bytes], Body]) -> Endpoint:
    """An endpoint that answers whoever has the token.

    Args:
        token: The accepted one, in `Authorization: Bearer`.
        unauthorized: What others get, with 401.
        answer: Gives the body of the answer to a call and its body; may raise `AnswerError`.
    """

    @wraps(answer)
    async def found(request: Request) -> Response:
        if not token.is_bearer(request.headers.get("authorization", "")):
            return JSONResponse(unauthorized, 401)
        try:
            return JSONResponse(answer(request, await request.body()))
        except AnswerError as error:
            return JSONResponse(error.body, error.status)

    return found
