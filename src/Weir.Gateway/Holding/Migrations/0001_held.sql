-- Which account of a vendor gave an id, and to whose request. address and id are the first 16 bytes of a SHA-256: of the owner and the
-- address of the provider, and of the id. account is empty where the credential is not one of the provider's keys. number is the order
-- in which ids came, the oldest of an address going first.
CREATE TABLE held (
    number INTEGER PRIMARY KEY,
    owner INTEGER NOT NULL,
    address BLOB NOT NULL,
    id BLOB NOT NULL,
    account TEXT NOT NULL,
    workspace INTEGER NOT NULL,
    UNIQUE (address, id)
);
