"""The learner that needs neither a key nor a network: rules over what was said, run and proved."""

from acx.learn.offline.learner import OfflineLearner as OfflineLearner
