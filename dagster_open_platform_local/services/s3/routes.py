"""Which operation a request asks for.

What belongs here: methods, and the parameters that make a request one operation or another. What does not: what it does.

A request with a parameter or a combination that is not listed is answered as not implemented: an operation that heeded half
of what it was asked would pretend.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response

from dagster_open_platform_local.services.s3.buckets import BucketOperations
from dagster_open_platform_local.services.s3.calls import Call
from dagster_open_platform_local.services.s3.errors import not_implemented
from dagster_open_platform_local.services.s3.multipart import MultipartOperations
from dagster_open_platform_local.services.s3.objects import OVERRIDES, ObjectOperations
from dagster_open_platform_local.services.s3.store import ObjectStore
from dagster_open_platform_local.services.s3.uploads import Uploads

Handler = Callable[[Call], Awaitable[Response]]

_ACCOUNT, _BUCKET, _OBJECT = "the account", "a bucket", "an object"
# Only names the operation, for logs.
_ALWAYS = frozenset({"x-id"})
_LISTING = frozenset({"prefix", "delimiter", "max-keys", "encoding-type"})
_V2 = _LISTING | {"continuation-token", "start-after", "fetch-owner"}


@dataclass(frozen=True)
class _Route:
    """One operation.

    Args:
        level: On what.
        method: Of HTTP.
        handler: Does it.
        required: Parameters that it has, with their values; None: any value.
        optional: Parameters that it may have.
        copies: Whether it names a source in a header.
    """

    level: str
    method: str
    handler: Handler
    required: dict[str, str | None]
    optional: frozenset[str] = frozenset()
    copies: bool = False


class Routes:
    """All operations.

    Args:
        store: The objects.
    """

    def __init__(self, store: ObjectStore) -> None:
        buckets, objects = BucketOperations(store), ObjectOperations(store)
        parts = MultipartOperations(store, Uploads(store))
        upload: dict[str, str | None] = {"uploadId": None}
        self._routes = [
            _Route(_OBJECT, "GET", objects.get, {}, frozenset(OVERRIDES)),
            _Route(_OBJECT, "PUT", objects.put, {}),
            _Route(_OBJECT, "HEAD", objects.head, {}, frozenset(OVERRIDES)),
            _Route(_OBJECT, "DELETE", objects.delete, {}),
            _Route(_OBJECT, "PUT", objects.copy, {}, copies=True),
            _Route(_OBJECT, "POST", parts.create, {"uploads": ""}),
            _Route(_OBJECT, "PUT", parts.upload, {**upload, "partNumber": None}),
            _Route(_OBJECT, "POST", parts.complete, upload),
            _Route(_OBJECT, "DELETE", parts.abort, upload),
            _Route(_OBJECT, "GET", parts.list, upload, frozenset({"max-parts", "part-number-marker"})),
            _Route(_BUCKET, "GET", buckets.list_v2, {"list-type": "2"}, _V2),
            _Route(_BUCKET, "GET", buckets.list_v1, {}, _LISTING | {"marker"}),
            _Route(_BUCKET, "GET", buckets.location, {"location": ""}),
            _Route(_BUCKET, "HEAD", buckets.head, {}),
            _Route(_BUCKET, "PUT", buckets.create, {}),
            _Route(_BUCKET, "POST", buckets.delete_objects, {"delete": ""}),
            _Route(_ACCOUNT, "GET", buckets.list_buckets, {}),
        ]

    def handler(self, call: Call) -> Handler:
        """The operation that a call asks for.

        Raises:
            S3Error: NotImplemented.
        """
        level = _OBJECT if call.key else _BUCKET if call.bucket else _ACCOUNT
        method = call.head.method
        copies = call.head.header("x-amz-copy-source") is not None
        given = {name: value for name, value in call.query.items() if not _is_general(name)}
        for route in self._routes:
            if (route.level, route.method, route.copies) == (level, method, copies) and _fits(route, given):
                return route.handler
        parameters = f" with {', '.join(sorted(given))}" if given else ""
        copying = " from a source" if copies else ""
        raise not_implemented(f"{method} of {level}{copying}{parameters}")


def _is_general(name: str) -> bool:
    return name in _ALWAYS or name.startswith("X-Amz-")


def _fits(route: _Route, given: dict[str, str]) -> bool:
    if not route.required.keys() <= given.keys() <= route.required.keys() | route.optional:
        return False
    return all(value is None or given[name] == value for name, value in route.required.items())
