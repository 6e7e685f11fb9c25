"""One example of each body and answer of the operator's calls, as `api.examples` has them of the other calls."""

from uuid import UUID

import msgspec

from blogqueue.api import admin, bulk_operations, editors_orders, job_operations, operations, orders, sending_back
from blogqueue.api.examples import ASKED, DOMAIN, DONE, JOB, ORDER, STATUS, VERSION
from blogqueue.jobs.queues import ARTICLE_GENERATION, BACKLINK_INTEGRATION
from blogqueue.orders.bulk_actions import Action
from blogqueue.states import JobState, OrderStatus

QUEUE = BACKLINK_INTEGRATION.name
BULK = UUID("0e5a2f6c-3b1d-4b8f-9a37-5d3c5a1c7f10")
WORKER = "writer-1:4711"

_JOB = operations.JobItem(
    job_id=JOB,
    queue=QUEUE,
    order_id=ORDER,
    state=JobState.FAILED,
    attempts=3,
    max_attempts=3,
    progress="link_edit",
    model_calls=9,
    tokens_in=14_200,
    tokens_out=1_850,
    model_cost=operations.ModelCost(amount="0.00725", currency="USD"),
    worker=None,
    waits_for_provider=False,
    run_at=ASKED,
    created_at=ASKED,
    claimed_at=ASKED,
    finished_at=DONE,
    errors=[
        operations.AttemptError(
            attempt=3,
            at="2026-11-23T09:03:00Z",
            error="ModelError",
            message="the model refused",
            traceback="Traceback (most recent call last): …",
        )
    ],
)

BODIES: dict[str, dict[str, msgspec.Struct]] = {
    "cancel_order": {"order": orders.OrderRequest(order_id=ORDER)},
    "order_article": {
        "article": editors_orders.EditorsArticle(
            domain_id=DOMAIN,
            topic="Growing tomatoes on a balcony",
            keyword="balcony tomatoes",
            target_url="https://www.anasgarden.example/pots",
            anchor_text="pots that hold water",
            email="edith@editors.example",
        )
    },
    "send_back_order": {
        "reason": sending_back.SendBackRequest(reason="Please keep the new sentence shorter.", version_id=VERSION)
    },
    "pause_queue": {"reason": operations.PauseRequest(reason="A new prompt is being tried out.")},
    "preview_bulk_action": {
        "filter": bulk_operations.BulkRequest(
            action=Action.RETRY, filter=bulk_operations.FilterRequest(state=JobState.FAILED, error="ModelError")
        ),
        "chosen": bulk_operations.BulkRequest(action=Action.CANCEL, job_ids=[JOB]),
    },
    "confirm_bulk_action": {"number": bulk_operations.ConfirmRequest(number=23)},
    "cancel_job": {"reason": job_operations.CancelRequest(reason="The customer asked us to stop.")},
}
"""Bodies by operation."""

ANSWERS: dict[str, msgspec.Struct] = {
    "cancel_order": STATUS,
    "order_article": editors_orders.EditorsOrder(
        order_id=ORDER, status=OrderStatus.PROCESSING, job_id=f"{ARTICLE_GENERATION.job_prefix}-{ORDER}"
    ),
    "send_back_order": admin.DecisionView(order_id=ORDER, status=OrderStatus.PROCESSING),
    "list_queues": operations.QueueList(
        items=[
            operations.QueueItem(
                name=QUEUE,
                waiting=2,
                active=1,
                delayed=0,
                completed=100,
                failed=1,
                cancelled=0,
                oldest_waiting_seconds=12,
                completed_last_hour=31,
                run_seconds_p50=14.2,
                run_seconds_p95=41.0,
                workers=1,
                slots=10,
                paused_at=None,
                paused_by="",
                pause_reason="",
            )
        ]
    ),
    "pause_queue": operations.QueueDecision(name=QUEUE, paused=True),
    "resume_queue": operations.QueueDecision(name=QUEUE, paused=False),
    "list_workers": operations.WorkerList(
        items=[
            operations.WorkerItem(
                holder=WORKER,
                queues=[QUEUE],
                concurrency=10,
                version="0.1.0",
                started_at=ASKED,
                seen_at=DONE,
                alive=True,
                jobs=[operations.WorkerJob(job_id=JOB, order_id=ORDER, progress="link_edit", seconds=4)],
            )
        ]
    ),
    "list_jobs": operations.JobList(items=[_JOB]),
    "get_job": _JOB,
    "retry_job": job_operations.RetriedJob(job_id=JOB),
    "preview_bulk_action": bulk_operations.BulkPreview(
        bulk_id=BULK,
        action=Action.RETRY,
        number=23,
        has_more=False,
        left_out=0,
        criteria="state FAILED, error contains “ModelError”",
        sums={"EUR": 112_700},
        sample=[JOB],
    ),
    "confirm_bulk_action": bulk_operations.BulkResult(bulk_id=BULK, action=Action.RETRY, done=22, skipped=1),
    "run_job_now": job_operations.RetriedJob(job_id=JOB),
    "cancel_job": job_operations.CancelledJob(job_id=JOB, order_status=OrderStatus.FAILED),
}
"""The data of each operation's answer."""
