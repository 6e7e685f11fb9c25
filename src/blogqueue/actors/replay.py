"""Durable replay: store the answers of the model on the job as they arrive, so that a rerun does not pay again."""

import hashlib
from dataclasses import asdict
from typing import Any

import msgspec

from blogqueue import traces
from blogqueue.jobs import breaker
from blogqueue.jobs.jobs import Claim
from blogqueue.orders import budget
from blogqueue.outbox import Outbox
from blogqueue.writing import model
from blogqueue.writing.questions import Question


class DurableReplay:
    """The stored answers of one job, replayed in order to a run that asks the same questions in the same order.

    The work of a job is a function of the model's answers, so a rerun repeats it from the start and only asks the model
    where the stored answers end:

        first run     ask(edit) → model, stored      ask(opinion) → worker killed
        second run    ask(edit) → replayed           ask(opinion) → model, stored

    A question that differs from the stored one (the article has changed) drops its answer and all later ones.
    """

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._answers = list(claim.model_answers)
        self._stored = len(self._answers)
        self._position = 0
        self._provider_answered = self._noted = False
        self._spent: budget.Spent | None = None
        self.resumed = Outbox()
        """The jobs that waited for the model's provider until it answered this run."""

    def rewind(self) -> None:
        """Replay from the first answer again, for a run that repeats its work from the start."""
        self._position = 0

    async def ask(self, question: Question) -> dict[str, Any]:
        """Return the stored answer to a question, or ask the model and store its answer.

        Raises ModelError, BudgetError, LostLeaseError.
        """
        digest = hashlib.sha256(msgspec.json.encode(question)).hexdigest()
        if self._position < len(self._answers) and self._answers[self._position]["question"] != digest:
            del self._answers[self._position :]
            self._stored = min(self._stored, self._position)
        if self._position == len(self._answers):
            self._spent = self._spent or await budget.read(self._claim.order_id)
            budget.check(self._spent)
            answer = await self._ask_model(question)
            self._answers.append(_to_json(question, digest, answer))
            self._provider_answered = True
        # An answer that could not be stored, because the database was unavailable, is stored when it is replayed.
        if self._position >= self._stored:
            self._spent = await budget.spend(self._claim, self._answers[: self._position + 1])
            self._stored = self._position + 1
        self._position += 1
        await self._note_answer()
        return self._answers[self._position - 1]["answer"]

    async def _note_answer(self) -> None:
        """Close the breaker if it is open; once a run is enough."""
        if self._provider_answered and not self._noted:
            if self._spent is None or self._spent.provider_failed:
                self.resumed += await breaker.record_answer()
            self._noted = True

    async def _ask_model(self, question: Question) -> model.Answer:
        """Ask the model; a call without a usable answer is counted too. Raises ModelError, LostLeaseError.

        A call during an outage is counted on the job, but uses up nothing of the order's budget: it may be repeated
        for as long as the outage lasts, and costs nothing.
        """
        try:
            with traces.span("model call", question=question.name, job=self._claim.job_id):
                return await model.ask(question, customer=str(self._claim.order_id))
        except model.ModelError as error:
            await budget.count_failed(self._claim, asdict(error.usage), free=bool(error.outage))
            raise


def _to_json(question: Question, digest: str, answer: model.Answer) -> dict[str, Any]:
    return {
        "name": question.name,
        "question": digest,
        "answer": answer.value,
        "model": answer.model,
        "response": answer.response_id,
        "usage": asdict(answer.usage),
    }
