"""What one picture shows, as data: numbers in, a Scene out, and a Scene from outside checked."""
