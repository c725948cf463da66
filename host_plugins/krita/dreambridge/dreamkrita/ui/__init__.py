"""What is seen in the docker; knows the controller, and nothing but `plugin` knows it."""
