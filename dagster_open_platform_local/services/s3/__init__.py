"""S3 and STS, as far as the platform uses them: Amazon's REST API over files on disk.

What belongs here: the operations on buckets and objects, multipart uploads, and the roles that a principal assumes. What
does not: versions, lifecycle, policies, tags, encryption; each answers that it is not implemented, none pretends. What
lies in the buckets is the company's.

Why our own small server (Starlette for HTTP, botocore's signer for the signatures, files for the objects): moto keeps
objects in memory and would be empty after a restart, localbucket checks no credentials and has no STS.

    errors.py       errors in S3's form
    xml.py          documents in S3's form, written and read
    account.py      the account's names
    credentials.py  the keys of one start, and the variables that carry them
    principals.py   who there is and what each may do
    sessions.py     temporary credentials
    signature.py    Signature Version 4, checked
    sts.py          AssumeRole and GetCallerIdentity
    keys.py         keys as paths, and back
    metadata.py     what an object has beside its bytes
    files.py        one version of an object as an open file
    store.py        objects as files
    listing.py      keys in order, in pages
    uploads.py      the parts of multipart uploads
    calls.py        a request that was let in
    body.py         a request's body as a stream; chunks.py undoes aws-chunked, checksums.py and crc.py check it
    conditions.py   If-… and Range
    buckets.py, objects.py, multipart.py  the operations
    routes.py       which operation a request asks for
    app.py          from a request to an operation
"""
