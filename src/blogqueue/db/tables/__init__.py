"""The tables, a module for each package that writes them.

Unique constraints, here and in the migrations, enforce whatever may happen only once: a query that looks first cannot.
Foreign keys never cascade, so that deleting one row never deletes what money depends on. Four ids have no foreign key
in Piccolo: `articles.selected_version_id` and `article_versions.order_id` would make a circle (the migrations add
theirs), and the `job_id` of a version or an email outlives its job, which is deleted some time after it has ended. JSON
columns are typed `Any`: loaded, they are what was stored.
"""
