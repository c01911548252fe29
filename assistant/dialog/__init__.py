"""What is said and done when: pure, without sound, store or clock."""
