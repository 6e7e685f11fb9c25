"""The areas whose tests are tested: the modules to break, and the tests that must notice."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Area:
    """Modules below `src/blogqueue`, and arguments for pytest."""

    modules: tuple[str, ...]
    tests: str


NAMED: list[dict[str, str]] = tomllib.loads((Path(__file__).parent / "named.toml").read_text())["fault"]
"""Faults that are described and not found, each with the test that must notice it."""

ENGINE_TESTS = (
    "tests/test_claims.py tests/test_attempts.py tests/test_sweep.py tests/test_walk.py tests/test_failure.py "
    "tests/test_model_failures.py tests/test_upkeep.py tests/test_job_actions.py tests/test_provider_outage.py"
)
MONEY_TESTS = (
    "tests/test_payments.py tests/test_held_payments.py tests/test_delayed_payments.py tests/test_refunds.py "
    "tests/test_money_apart.py tests/test_payment_rules.py tests/test_refund_rules.py tests/test_dispute_rules.py "
    "tests/test_rejections.py "
    "tests/test_disputes.py tests/test_operators.py tests/test_reconciliation.py tests/test_receipts.py "
    "tests/test_logs.py tests/test_editors_orders.py"
)

AREAS = {
    "named": Area((), " ".join(fault["test"] for fault in NAMED)),
    "claim": Area(("jobs/jobs.py", "jobs/interventions.py"), ENGINE_TESTS),
    "budget": Area(("orders/budget.py",), ENGINE_TESTS),
    "fulfillment": Area(("payments/fulfillment.py", "payments/reconciliation.py"), MONEY_TESTS),
    "refunds": Area(("payments/refunds.py", "payments/held_payments.py"), MONEY_TESTS),
    "disputes": Area(("payments/disputes.py",), MONEY_TESTS),
    "slots": Area(
        ("catalogue/slots.py", "catalogue/paid_links.py"),
        "tests/test_slots.py tests/test_payments.py tests/test_catalogue.py tests/test_catalogue_entries.py "
        "tests/test_reviews.py tests/test_rejections.py tests/test_article_texts.py tests/test_dropped_links.py "
        "tests/test_slot_counts.py",
    ),
    "emails": Area(
        ("emails/emails.py", "actors/deliver.py"),
        "tests/test_emails.py tests/test_email_claims.py tests/emails tests/test_walk.py tests/test_logs.py",
    ),
    "access": Area(
        ("orders/access.py", "api/auth.py", "tokens.py"),
        "tests/test_access_links.py tests/test_cookies.py tests/test_walk.py tests/test_piccolo_admin.py "
        "tests/test_editors.py tests/test_privacy.py tests/test_review_pages.py tests/test_limits.py "
        "tests/test_purchase_limits.py tests/test_receipts.py tests/test_logs.py tests/pages/test_your_orders.py",
    ),
    "link checks": Area(
        (
            "writing/link_edit/link_checks.py",
            "writing/link_edit/place_checks.py",
            "writing/link_edit/word_checks.py",
            "writing/link_edit/edits.py",
        ),
        "tests/writing",
    ),
    "article checks": Area(
        ("writing/article/shape_checks.py", "writing/article/language_checks.py"),
        "tests/writing/article",
    ),
}
