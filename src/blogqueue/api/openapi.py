"""The description of the API (OpenAPI 3.1), made from the handlers: Litestar knows the calls, msgspec the types."""

import json
import re
from functools import cache
from inspect import getdoc
from typing import Any

import msgspec
from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, Contact, License, Server, Tag
from litestar.routes import HTTPRoute
from litestar.status_codes import HTTP_304_NOT_MODIFIED

from blogqueue import __version__
from blogqueue.api import auth, edge, error_examples, examples, operator_examples
from blogqueue.api.conditional import NOT_MODIFIED
from blogqueue.api.envelope import Envelope, ErrorEnvelope
from blogqueue.api.problems import BODY_TYPES, MEANINGS
from blogqueue.api.routes import make_router
from blogqueue.settings import settings

PATH = "/api/openapi.json"
REF = "#/components/schemas/{name}"
JSON = "application/json"

DESCRIPTION = """\
Buy links in published articles, or new articles with a link in them, and follow their orders.

Every answer is JSON in an envelope: `{"success": true, "message"?, "data"}`, or, for an error,
`{"success": false, "error": {"code", "message", "details"?}}`. `code` and the `rule` of a detail are stable names for
programs; the other texts are for people and may change. Amounts are integers in minor units of their currency, and
times are in UTC.
"""

TAGS = [
    Tag("Catalogue", "What is for sale."),
    Tag("Purchases", "Ask for a link or an article, and pay for it."),
    Tag("Orders", "Follow an order, regenerate its version and submit it for review."),
    Tag("Reviews", "What an editor decides about orders."),
    Tag("Payments", "What an editor decides about refunds, disputes and held payments."),
    Tag("Operations", "What an operator sees and does: queues, workers and jobs."),
    Tag("Stripe", "Events from Stripe."),
]

HEADERS = {
    edge.REQUEST_ID: ("The id of this request; please name it when you report a problem.", {"type": "string"}),
    "Retry-After": ("In how many seconds to try again.", {"type": "integer", "minimum": 0}),
}
LATER = (429, 503)
"""The statuses whose answers say when to try again."""


@cache
def build_document() -> dict[str, Any]:
    """Build the document, from an application that has only the API and is never served."""
    config = OpenAPIConfig(
        title="blogqueue",
        version=__version__,
        description=DESCRIPTION,
        contact=Contact(name="blogqueue", url=settings.public_url, email=settings.contact or None),
        license=License(name="MIT", identifier="MIT"),
        servers=[Server(url=settings.public_url)],
        tags=TAGS,
        components=Components(security_schemes=auth.SCHEMES),
        use_handler_docstrings=True,
    )
    app = Litestar([make_router()], openapi_config=config)
    document = app.openapi_schema.to_schema()
    handlers = {
        handler.operation_id: handler
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler, _ in route.route_handler_map.values()
        if isinstance(handler.operation_id, str)
    }
    enums = {name: schema for name, schema in document["components"]["schemas"].items() if "enum" in schema}
    document["components"]["schemas"] = enums | _describe_types(handlers.values())
    document["components"]["headers"] = {
        name: {"description": text, "schema": schema} for name, (text, schema) in HEADERS.items()
    }
    for path in document["paths"].values():
        for operation in path.values():
            _complete(operation, handlers[operation["operationId"]])
    return document


def _complete(operation: dict[str, Any], handler: HTTPRouteHandler) -> None:
    """Add what Litestar does not know of an operation: the schemas by msgspec, examples, headers, common errors."""
    name = operation["operationId"]
    body_types = _body_types(handler)
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = _without_null(parameter["schema"])
    if body_types:
        refs = [{"$ref": REF.format(name=_name(body_type))} for body_type in body_types]
        data = handler.parsed_data_field
        operation["requestBody"] = {
            "required": data is None or not data.is_optional,
            "content": {
                JSON: {
                    "schema": refs[0] if len(refs) == 1 else {"oneOf": refs},
                    "examples": {
                        key: {"value": msgspec.to_builtins(value)}
                        for key, value in (examples.BODIES | operator_examples.BODIES)[name].items()
                    },
                }
            },
        }
    success = str(handler.status_code)
    responses = {success: _success(name, handler)}
    statuses = {int(status) for status in operation["responses"]} - {handler.status_code, 400}
    statuses |= _common_errors(operation, has_body=bool(body_types))
    for status in sorted(statuses):
        responses[str(status)] = _NOT_MODIFIED if status == HTTP_304_NOT_MODIFIED else _error(status)
    operation["responses"] = responses


_NOT_MODIFIED = {
    "description": NOT_MODIFIED[HTTP_304_NOT_MODIFIED].description,
    "headers": {edge.REQUEST_ID: {"$ref": f"#/components/headers/{edge.REQUEST_ID}"}},
}


def _success(name: str, handler: HTTPRouteHandler) -> dict[str, Any]:
    """Describe the answer of a call that succeeded."""
    headers = {edge.REQUEST_ID: {"$ref": f"#/components/headers/{edge.REQUEST_ID}"}}
    answer = handler.parsed_fn_signature.return_type
    if answer.origin is Response:
        answer = answer.inner_types[0]
    if answer.origin is not Envelope:
        event = {"schema": {"type": "string"}, "example": examples.EVENT}
        return {"description": "The events.", "headers": headers, "content": {"text/event-stream": event}}
    data = (examples.ANSWERS | operator_examples.ANSWERS)[name]
    return {
        "description": (getdoc(answer.inner_types[0].annotation) or "").partition("\n")[0],
        "headers": headers,
        "content": {
            JSON: {
                "schema": {"$ref": REF.format(name=_name(answer.annotation))},
                "example": {"success": True, "data": msgspec.to_builtins(data)},
            }
        },
    }


def _error(status: int) -> dict[str, Any]:
    """Describe the answer with an error status."""
    names = [edge.REQUEST_ID, "Retry-After"] if status in LATER else [edge.REQUEST_ID]
    return {
        "description": MEANINGS[status],
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {
            JSON: {
                "schema": {"$ref": REF.format(name=ErrorEnvelope.__name__)},
                "example": {"success": False, "error": msgspec.to_builtins(error_examples.PROBLEMS[status])},
            }
        },
    }


def _common_errors(operation: dict[str, Any], *, has_body: bool) -> set[int]:
    """Return the error statuses that follow from an operation's input and security."""
    # A path that does not fit leads nowhere (404), except where the parameter is a string.
    checked = [
        parameter
        for parameter in operation.get("parameters", ())
        if parameter["in"] != "path" or "pattern" in parameter["schema"]
    ]
    statuses = {503}
    if has_body or checked:
        statuses.add(400)
    if has_body:
        statuses |= {408, 413}
    if operation.get("security") == auth.EDITOR:
        statuses |= {401, 403}
    return statuses


def _body_types(handler: HTTPRouteHandler) -> list[Any]:
    """Return the types of the bodies that a call takes."""
    if types := handler.opt.get(BODY_TYPES):
        return list(types)
    data = handler.parsed_data_field
    if data is None:
        return []
    return [inner.annotation for inner in data.inner_types if not inner.is_none_type] or [data.annotation]


def _describe_types(handlers: Any) -> dict[str, Any]:  # noqa: ANN401 - an iterable of handlers, whose class is generic
    """Return the schemas of all bodies and answers, as msgspec checks and writes them."""
    types: list[Any] = [ErrorEnvelope]
    for handler in handlers:
        types += _body_types(handler)
        answer = handler.parsed_fn_signature.return_type
        if answer.origin is Envelope:
            types.append(answer.annotation)
    _, components = msgspec.json.schema_components(types, ref_template=REF)
    named = _rename_envelopes(msgspec.json.encode(components).decode())
    return json.loads(named, object_hook=_with_type)


def _rename_envelopes(text: str) -> str:
    """Name `Envelope[X]` XEnvelope, in names, references and titles."""
    return re.sub(r"Envelope(?:_(\w+?)_|\[(\w+)\])(?=\")", lambda found: f"{found[1] or found[2]}Envelope", text)


def _with_type(schema: dict[str, Any]) -> dict[str, Any]:
    """Add the type that msgspec leaves out of enumerations; all of ours are of strings."""
    return {"type": "string", **schema} if isinstance(schema.get("enum"), list) else schema


def _name(of: Any) -> str:  # noqa: ANN401 - a type, or an alias of a generic one
    """Return a type's name in the document."""
    inner = getattr(of, "__args__", ())
    return f"{inner[0].__name__}Envelope" if inner else of.__name__


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter's schema without null: a parameter is left out instead."""
    variants = [variant for variant in schema.get("oneOf", ()) if variant != {"type": "null"}]
    if len(variants) != 1:
        return schema
    return {key: value for key, value in schema.items() if key != "oneOf"} | variants[0]


@get(PATH, include_in_schema=False, media_type=JSON)
async def get_document() -> dict[str, Any]:
    """Return the description of the API."""
    return build_document()


HANDLERS = [get_document]
