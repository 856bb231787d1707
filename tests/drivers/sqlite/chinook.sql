-- Tables as a program that knows nothing of us makes them. chinook.db is what
-- `sqlite3 chinook.db < chinook.sql` gives.

CREATE TABLE [Artist] (
  [ArtistId] INTEGER NOT NULL,
  [Name] NVARCHAR(120),
  CONSTRAINT [PK_Artist] PRIMARY KEY ([ArtistId])
);
CREATE TABLE "Album" (
  "AlbumId" INTEGER PRIMARY KEY,
  "Title" NVARCHAR(160) NOT NULL,
  "ArtistId" INTEGER NOT NULL,
  FOREIGN KEY ("ArtistId") REFERENCES "Artist" ("ArtistId") ON DELETE NO ACTION
);
CREATE TABLE Genre (GenreId INTEGER PRIMARY KEY AUTOINCREMENT, Name NVARCHAR(120));
CREATE TABLE Track (
  TrackId INTEGER NOT NULL PRIMARY KEY,
  Name NVARCHAR(200) NOT NULL,
  AlbumId INTEGER REFERENCES Album (AlbumId),
  GenreId INTEGER REFERENCES Genre (GenreId),
  Composer NVARCHAR(220),
  Milliseconds INTEGER NOT NULL,
  UnitPrice NUMERIC(10,2) NOT NULL DEFAULT 0.99
);
CREATE TABLE Customer (
  CustomerId INTEGER PRIMARY KEY,
  Email NVARCHAR(60) NOT NULL UNIQUE,
  Country NVARCHAR(40) COLLATE NOCASE
);
CREATE TABLE Invoice (
  InvoiceId INTEGER PRIMARY KEY,
  CustomerId INTEGER NOT NULL REFERENCES Customer (CustomerId),
  InvoiceDate DATETIME NOT NULL,
  Total NUMERIC(10,2) NOT NULL
);
CREATE TABLE PlaylistTrack (
  PlaylistId INTEGER NOT NULL,
  TrackId INTEGER NOT NULL,
  PRIMARY KEY (PlaylistId, TrackId)
);
CREATE INDEX IFK_TrackAlbumId ON Track (AlbumId);
CREATE INDEX "IFK Invoice" ON Invoice (CustomerId, InvoiceDate);
CREATE VIEW Totals AS SELECT CustomerId, sum(Total) AS Total FROM Invoice GROUP BY CustomerId;
CREATE TRIGGER Trimmed AFTER INSERT ON Artist WHEN new.Name LIKE ' %'
  BEGIN UPDATE Artist SET Name = trim(new.Name) WHERE ArtistId = new.ArtistId; END;

INSERT INTO Artist VALUES (1, 'AC/DC'), (2, 'Antônio Carlos Jobim'), (3, NULL);
INSERT INTO Album VALUES (1, 'For Those About To Rock', 1), (2, 'Warner 25 Anos', 2);
INSERT INTO Genre (Name) VALUES ('Rock'), ('Jazz');
INSERT INTO Track VALUES (1, 'Put The Finger On You', 1, 1, 'Young', 205662, 0.99),
  (2, 'Desafinado', 2, 2, NULL, 185338, 1), (3, 'Inject The Venom', 1, 1, NULL, 210834, 1.99);
INSERT INTO Customer VALUES (1, 'luis@example.com', 'Brazil'), (2, 'leonie@example.com', 'Germany');
INSERT INTO Invoice VALUES (1, 2, '2009-01-01 00:00:00', 1.98), (2, 1, '2009-01-02 00:00:00', 3),
  (3, 2, '2010-03-11 00:00:00', 0.99);
INSERT INTO PlaylistTrack VALUES (1, 1), (1, 3), (2, 2);
