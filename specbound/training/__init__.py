"""Fine-tuning: optimizers, one training loop, the limit of stability, and outcomes."""
