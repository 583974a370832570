"""What DuckDB says when object storage, or a file in it, is not as it should be, told apart.

What belongs here: from those texts to a typed error. What does not: database files and statements (`errors.py`).

DuckDB has no error codes: the texts were read off DuckDB 1.5.5 and have a test each. S3's codes are those of
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html; a HEAD request, with which a file is opened, has
none, so that there only the status tells.
"""

import re

from dagster_open_platform.lib.warehouse.errors import (
    LoginFailed,
    MissingObject,
    PermissionDenied,
    StatementFailed,
    StorageUnavailable,
    UnreadableFile,
)
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

_HTTP = re.compile(r"HTTP \w+ error reading '(?P<address>[^']*)'.*?\(HTTP (?P<status>\d{3})\b", re.S)
_ANSWERED = re.compile(r"Request returned HTTP (?P<status>\d{3}) for HTTP \w+ to '(?P<address>[^'?]*)")
_NETWORK = re.compile(r"(?P<problem>[\w ]+) error for HTTP \w+ to '(?P<address>[^'?]*)")
_CREDENTIALS = re.compile(
    r"\b(ExpiredToken|TokenRefreshRequired|InvalidToken|InvalidAccessKeyId|SignatureDoesNotMatch|RequestTimeTooSkewed)\b"
)
_REGION = re.compile(
    r"\b(AuthorizationHeaderMalformed|PermanentRedirect|IllegalLocationConstraintException)\b"
)
_DAMAGED = (
    re.compile(r"Malformed JSON in file \"(?P<file>[^\"]*)\""),
    re.compile(r"(?:in|end of) file '(?P<file>[^']*)'"),
    re.compile(r"File '(?P<file>[^']*)' too small"),
    re.compile(r"Failed to read file \"(?P<file>[^\"]*)\""),
    re.compile(r"GZIP stream: (?P<file>\S+)"),
)
_NO_FILE = re.compile(r"No files found that match the pattern \"(?P<file>[^\"]*)\"")


def storage_error(text: str, what: str) -> PermanentFailure | RetryableFailure | None:
    """Return the typed error for a text about object storage or a file that is read; None: it is about something else.

    Args:
        text: What DuckDB said, without secrets.
        what: What was being done, for example "running a query".
    """
    if network := _NETWORK.search(text):
        return StorageUnavailable(
            f"Object storage was not reached while {what}: {network['problem'].strip()}, {network['address']}. Is the"
            " service up, and AWS_ENDPOINT_URL_S3 its address?"
        )
    if answer := _HTTP.search(text) or _ANSWERED.search(text):
        return _of_answer(text, what, answer["address"], int(answer["status"]))
    for damaged in _DAMAGED:
        if found := damaged.search(text):
            return UnreadableFile(
                f"The file {found['file']} cannot be read while {what}: it is damaged, or not of the format that it is"
                " declared to be. Have it delivered again, or leave it out with `pattern` and refresh. DuckDB said:"
                f" {_first_line(text)}",
                metadata={"file": found["file"]},
            )
    if gone := _NO_FILE.search(text):
        return _gone(gone["file"], what)
    return None


def _of_answer(text: str, what: str, address: str, status: int) -> PermanentFailure | RetryableFailure:
    """Tell apart what S3 answered."""
    said = f"S3 said for {address}: {_s3_words(text) or status}"
    if status == 429 or status >= 500:
        return StorageUnavailable(f"Object storage was too busy or failed while {what}. {said}")
    if "NoSuchBucket" in text:
        return MissingObject(
            f"The bucket that {what} needs does not exist. Correct the URL of the stage. {said}"
        )
    if status == 404:
        return _gone(address, what)
    if _CREDENTIALS.search(text):
        return LoginFailed(
            f"Object storage refused the credentials while {what}. Renew or correct AWS_ACCESS_KEY_ID,"
            f" AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. {said}"
        )
    if _REGION.search(text):
        return LoginFailed(
            f"Object storage is in another region than AWS_REGION says, met while {what}. {said}"
        )
    if status in (401, 403):
        return PermissionDenied(
            f"The credentials may not read this object while {what}. Let them list the bucket and get its objects. {said}"
        )
    return StatementFailed(f"Object storage refused a request while {what}. {said}")


def _gone(file: str, what: str) -> MissingObject:
    return MissingObject(
        f"The file {file} is not there any more while {what}. Refresh the external table that names it, by materializing"
        " its asset."
    )


def _s3_words(text: str) -> str:
    """The code and message of S3's answer, which stand in a paragraph of their own."""
    paragraphs = [part.strip() for part in text.split("\n\n")[1:]]
    return " ".join(paragraphs[0].split()) if paragraphs and re.match(r"\w+: ", paragraphs[0]) else ""


def _first_line(text: str) -> str:
    return text.partition("\n")[0].strip()
