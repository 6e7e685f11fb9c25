"""What Piccolo's own tables (users, sessions) and its migrations look up by name; `PICCOLO_CONF` names this module."""

from piccolo.conf.apps import AppRegistry

from blogqueue.db.engine import DB

__all__ = ["APP_REGISTRY", "DB"]

APP_REGISTRY = AppRegistry(
    apps=[
        "blogqueue.db.piccolo_app",
        "piccolo.apps.user.piccolo_app",
        "piccolo_admin.piccolo_app",
        "piccolo_api.session_auth.piccolo_app",
        "piccolo_api.mfa.authenticator.piccolo_app",
    ],
)
