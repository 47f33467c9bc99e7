"""Fine-tuning: one loop for any model, data and optimizer, its outcomes, and the largest stable learning rate."""
