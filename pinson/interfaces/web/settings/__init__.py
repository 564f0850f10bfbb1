"""The settings of a person and of the account they act as, one page a subject, under `/settings`.

Here too every form works without script, and each page says in plain words what a choice does.
"""

from pinson.interfaces.web.settings import (
    archive,
    closing,
    filters,
    index,
    invitations,
    members,
    passkeys,
    past,
    posting,
    preferences,
    profile,
    proofs,
    second_step,
    security,
    sending,
    sign_ins,
)

MODULES = (
    index,
    profile,
    proofs,
    posting,
    sending,
    invitations,
    filters,
    preferences,
    security,
    second_step,
    passkeys,
    sign_ins,
    members,
    archive,
    past,
    closing,
)
