"""The only module that talks to OpenAI (Responses API with a strict JSON schema).

The client does not retry: its retries would multiply with the three QC attempts and the three attempts of the job. The
timeout of a call is far below the actor's time limit.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from blogqueue.errors import make_storable
from blogqueue.settings import settings
from blogqueue.writing.questions import MAX_OUTPUT_TOKENS, Question
from blogqueue.writing.retry_after import find_wait

if TYPE_CHECKING:
    import openai

# openai is imported inside functions: the web and the mail worker import this package but never ask the model, and the
# import would make each of them start a second later. Workers that do ask call `prepare` first.

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL character in JSON, where a backslash may itself be written as two."""

_BAD_REQUEST = frozenset({400, 413, 422})
"""The provider refused this very question. Any other error status is an outage: of the provider, or of our account
there.
"""

SILENT = "does not answer"
_OUTAGES = {
    401: "refuses the key",
    403: "refuses the key",
    404: "does not know the model",
    429: "takes no more calls: the quota is used up, or the rate is too high",
}
"""What the provider does that answers with a status; with any other it is `SILENT`."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a call cost, in tokens; `cached` is a part of `input`."""

    input: int = 0
    cached: int = 0
    output: int = 0


class ModelError(Exception):
    """The model gave no usable answer.

    `permanent` means that asking again cannot help. `outage` says what the provider does that answers no question at
    all, so that the job is not to blame; it is "" if the job may be. `retry_after` is how long the provider asks to
    wait in seconds, else 0; `usage` is what the call cost, as far as the provider says.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        outage: str = "",
        retry_after: float = 0,
        usage: Usage | None = None,
    ) -> None:
        super().__init__(make_storable(message[:500]))
        self.permanent = permanent
        self.outage = outage
        self.retry_after = retry_after
        self.usage = usage or Usage()


@dataclass(frozen=True, slots=True)
class Answer:
    """A structured answer, and its cost."""

    value: dict[str, Any]
    model: str
    response_id: str
    usage: Usage


class _Part(msgspec.Struct):
    type: str = ""
    text: str | None = None
    refusal: str | None = None


class _Item(msgspec.Struct):
    type: str = ""
    content: list[_Part] | None = None


class _InputDetails(msgspec.Struct):
    cached_tokens: int | None = 0


class _Tokens(msgspec.Struct):
    input_tokens: int
    output_tokens: int
    input_tokens_details: _InputDetails | None = None  # compatible servers leave it out


class _Incomplete(msgspec.Struct):
    reason: str | None = None


class _Response(msgspec.Struct):
    """The parts of a response that we read (platform.openai.com/docs/api-reference/responses/object)."""

    id: str
    model: str
    output: list[_Item]
    status: str | None = None
    usage: _Tokens | None = None
    incomplete_details: _Incomplete | None = None


@cache
def _client() -> "openai.AsyncOpenAI":
    import openai  # noqa: PLC0415 - imported late, see above

    return openai.AsyncOpenAI(
        api_key=settings.openai_api_key.get_secret_value(),
        base_url=settings.openai_base_url,
        max_retries=0,
    )


def prepare() -> None:
    """Import the client, and make it, before the first job waits for that: a second."""
    _client()


async def ask(question: Question, *, customer: str) -> Answer:
    """Ask the model one question; `customer` is an opaque id for the provider's abuse checks. Raises ModelError."""
    import openai  # noqa: PLC0415 - imported late, see above

    body = {
        "model": settings.openai_model,
        "input": question.messages,
        "text": {
            "format": {"type": "json_schema", "name": question.name, "schema": question.schema, "strict": True},
        },
        "max_output_tokens": question.max_output_tokens,
        "safety_identifier": customer,
        "prompt_cache_key": question.name,
        "store": False,
    }
    # An answer that may be twice as long may take twice as long.
    timeout = settings.openai_timeout_seconds * question.max_output_tokens / MAX_OUTPUT_TOKENS
    try:
        # `responses.create` would send the same, but spends 10 ms on its models of what is sent and answered.
        response = await _client().post("/responses", cast_to=str, body=body, options={"timeout": timeout})
    except openai.APIStatusError as error:
        raise ModelError(
            f"the model answered {error.status_code}: {error.message}",
            permanent=error.status_code in _BAD_REQUEST,
            outage="" if error.status_code in _BAD_REQUEST else _OUTAGES.get(error.status_code, SILENT),
            retry_after=find_wait(error.response.headers),
        ) from error
    except openai.APIConnectionError as error:
        raise ModelError(f"the model could not be reached: {type(error).__name__}: {error}", outage=SILENT) from error
    except (openai.OpenAIError, ValueError) as error:
        raise ModelError(f"the model's answer is not JSON: {error}") from error
    return _read(response)


async def check() -> str:
    """Return "" if our key may use our model, or else a sentence that says what is wrong; nothing is generated."""
    import openai  # noqa: PLC0415 - imported late, see above

    if not settings.openai_api_key.get_secret_value():
        return "OPENAI_API_KEY is not set"
    try:
        names = {model.id async for model in _client().models.list()}
    except openai.APIStatusError as error:
        return f"the model's provider answers {error.status_code} at OPENAI_BASE_URL: {error.message}"[:300]
    except openai.OpenAIError as error:
        return f"the model's provider cannot be reached at OPENAI_BASE_URL: {type(error).__name__}: {error}"[:300]
    return "" if settings.openai_model in names else f"the provider has no model {settings.openai_model!r} for our key"


def _read(text: str) -> Answer:
    """Return the answer in a response, whatever it is: some servers only resemble OpenAI's. Raises ModelError."""
    try:
        response = msgspec.json.decode(text, type=_Response)
    except msgspec.ValidationError as error:
        raise ModelError(f"the model's answer lacks a part of a response: {error}") from error
    except msgspec.DecodeError as error:  # a web page
        raise ModelError(f"the model's answer is not JSON but text: {text[:200]!r}") from error
    if response.usage is None:
        raise ModelError("the model's answer does not say its usage in tokens")  # then no budget could be kept
    details = response.usage.input_tokens_details or _InputDetails()
    return _answer(
        response, Usage(response.usage.input_tokens, details.cached_tokens or 0, response.usage.output_tokens)
    )


def _answer(response: _Response, usage: Usage) -> Answer:
    """Return the answer in a response.

    Raises ModelError, not permanent, if it is refused, cut short, not JSON, or has NUL characters.
    """
    if response.status != "completed":
        reason = response.incomplete_details.reason if response.incomplete_details else response.status
        raise ModelError(f"the model's answer is incomplete: {reason}", usage=usage)
    parts = [part for item in response.output if item.type == "message" for part in item.content or ()]
    refusal = next((part.refusal for part in parts if part.type == "refusal"), None)
    if refusal is not None:
        raise ModelError(f"the model refused: {refusal}", usage=usage)
    text = "".join(part.text or "" for part in parts if part.type == "output_text")
    try:
        value = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise ModelError(f"the model's answer is not JSON: {text[:200]!r}", usage=usage) from error
    if _NUL.search(msgspec.json.encode(value)):
        # PostgreSQL stores no text with them (postgresql.org/docs/current/datatype-json.html).
        raise ModelError("the model's answer has NUL characters", usage=usage)
    return Answer(value=value, model=response.model, response_id=response.id, usage=usage)
