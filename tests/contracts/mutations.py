"""Every kind of mutation that the judge must catch, by name."""

import mutations_body
import mutations_identity
import mutations_parents
import mutations_shape
import mutations_times

MUTATIONS = (
    *mutations_shape.MUTATIONS,
    *mutations_body.MUTATIONS,
    *mutations_identity.MUTATIONS,
    *mutations_parents.MUTATIONS,
    *mutations_times.MUTATIONS,
)
