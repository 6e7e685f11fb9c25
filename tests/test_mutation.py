"""The mutation tester's list of named faults fits the code."""

from tests.mutation.faults import find_faults


def test_each_named_fault_can_still_be_made() -> None:
    assert len(find_faults("named")) == 5
