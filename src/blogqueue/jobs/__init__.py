"""The job queue: queues, job rows, the brokers that carry their ids, and the clock."""
