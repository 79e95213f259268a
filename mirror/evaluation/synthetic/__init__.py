"""People made of figures: landmarks over time whose repetitions and faults are known exactly."""
