"""What stands between a user's data and `keras.Model.fit`."""
