-- The digest of a card's MultiPass token, beside that of the document number: a booking may bring both.
ALTER TABLE bookings ADD COLUMN pass BLOB;
