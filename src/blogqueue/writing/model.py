"""The only module that talks to OpenAI (Responses API with a strict JSON schema).

The client does not retry: its retries would multiply with the three QC attempts and the three attempts of the job. The
timeout of a call is far below the actor's time limit.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from blogqueue.settings import settings
from blogqueue.writing.questions import MAX_OUTPUT_TOKENS, Question

if TYPE_CHECKING:
    import openai
    from openai.types.responses import Response

# openai is imported inside functions: the web and the mail worker import this package but never ask the model, and the
# import would make each of them start a second later.

_BAD_REQUEST = frozenset({400, 413, 422})
"""The provider refused this very question. Any other error status is an outage: of the provider, or of our account
there (401 and 403: the key, 404: the model's name, 429: the rate or the quota).
"""


class ModelError(Exception):
    """The model gave no usable answer.

    `permanent` means that asking again cannot help; `outage` that the provider answered no question at all, so that
    the job is not to blame; `retry_after` is the provider's Retry-After in seconds, else 0.
    """

    def __init__(self, message: str, *, permanent: bool = False, outage: bool = False, retry_after: float = 0) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.outage = outage
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Answer:
    """A structured answer, and its cost in tokens."""

    value: dict[str, Any]
    model: str
    response_id: str
    input_tokens: int
    cached_tokens: int
    output_tokens: int


@cache
def _client() -> "openai.AsyncOpenAI":
    import openai  # noqa: PLC0415 - imported late, see above

    return openai.AsyncOpenAI(
        api_key=settings.openai_api_key.get_secret_value(),
        base_url=settings.openai_base_url,
        max_retries=0,
    )


async def ask(question: Question, *, customer: str) -> Answer:
    """Ask the model one question; `customer` is an opaque id for the provider's abuse checks. Raises ModelError."""
    import openai  # noqa: PLC0415 - imported late, see above

    try:
        response = await _client().responses.create(
            model=settings.openai_model,
            input=list(question.messages),  # pyright: ignore[reportArgumentType] - plain role/content messages, typed as a union of thirty shapes
            text={
                "format": {"type": "json_schema", "name": question.name, "schema": question.schema, "strict": True},
            },
            max_output_tokens=question.max_output_tokens,
            # An answer that may be twice as long may take twice as long.
            timeout=settings.openai_timeout_seconds * question.max_output_tokens / MAX_OUTPUT_TOKENS,
            safety_identifier=customer,
            prompt_cache_key=question.name,
            store=False,
        )
    except openai.APIStatusError as error:
        raise ModelError(
            f"the model answered {error.status_code}: {error.message}"[:500],
            permanent=error.status_code in _BAD_REQUEST,
            outage=error.status_code not in _BAD_REQUEST,
            retry_after=_seconds(error.response.headers.get("retry-after")),
        ) from error
    except openai.OpenAIError as error:
        message = f"the model could not be reached: {type(error).__name__}: {error}"[:500]
        raise ModelError(message, outage=True) from error
    return _answer(response)


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


def _answer(response: "Response") -> Answer:
    """Return the answer in a response; raise ModelError, not permanent, if it is refused, cut short or not JSON."""
    if response.status != "completed":
        reason = response.incomplete_details.reason if response.incomplete_details else response.status
        raise ModelError(f"the model's answer is incomplete: {reason}")
    refusals = [
        part.refusal
        for item in response.output
        if item.type == "message"
        for part in item.content
        if part.type == "refusal"
    ]
    if refusals:
        raise ModelError(f"the model refused: {refusals[0]}"[:500])
    try:
        value = msgspec.json.decode(response.output_text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise ModelError(f"the model's answer is not JSON: {response.output_text[:200]!r}") from error
    usage = response.usage
    return Answer(
        value=value,
        model=response.model,
        response_id=response.id,
        input_tokens=usage.input_tokens if usage else 0,
        cached_tokens=usage.input_tokens_details.cached_tokens if usage else 0,
        output_tokens=usage.output_tokens if usage else 0,
    )


def _seconds(retry_after: str | None) -> float:
    """Return a Retry-After header (RFC 9110 §10.2.3) in seconds, at most 600; 0, so our own backoff, for a date."""
    try:
        return max(0.0, min(float(retry_after or 0), 600.0))
    except ValueError:
        return 0.0
