"""The second factor of editors: an authenticator app, which counts from the first code of it that was entered."""

import base64
import hashlib
from pathlib import Path

from piccolo.apps.user.tables import BaseUser
from piccolo_api.encryption.providers import FernetProvider
from piccolo_api.mfa.authenticator.provider import AuthenticatorProvider
from typing_extensions import override

from blogqueue import editors
from blogqueue.settings import settings

SETUP_PAGE = Path(__file__).parent / "templates" / "second_factor.html"


class ConfirmedAuthenticator(AuthenticatorProvider):
    """Piccolo's authenticator, without its risk of locking out an editor who did not scan the code."""

    @override
    async def is_user_enrolled(self, user: BaseUser) -> bool:
        """Return whether the login asks for a code: once one was entered in the form of `admin.piccolo_forms`."""
        return await editors.has_second_factor(user.id)


def make_encryption() -> FernetProvider:
    """Return what encrypts the stored secrets of authenticator apps, with a key derived from the secret key."""
    key = hashlib.sha256(b"authenticator:" + settings.secret_key.get_secret_value().encode()).digest()
    return FernetProvider(encryption_key=base64.urlsafe_b64encode(key))


AUTHENTICATOR = ConfirmedAuthenticator(
    make_encryption(),
    issuer_name="blogqueue",
    register_template_path=str(SETUP_PAGE),
    # A code is shown for 30 s; the one before is still good for those who type slowly (RFC 6238 §5.2).
    valid_window=1,
)
"""The only provider of a second factor."""
