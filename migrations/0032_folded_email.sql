-- Data shards: providers tell of addresses in small letters. Addresses that are so already are found by users_by_email.
CREATE INDEX users_by_folded_email ON users (workspace, lower(email)) WHERE email <> lower(email);
