"""The entailment model that scores: how its pairs are made, how it is trained; its weights, manifest and card."""
