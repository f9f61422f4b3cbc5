-- Up to where the finest cells are summed up in the wider ones: seconds since 1970, a whole hour. What starts later stands in the
-- finest cells alone. Before this step every cell was summed up at once.
INSERT INTO meta (key, value) SELECT 'folded', coalesce(max(start) - max(start) % 3600 + 86400, 0) FROM rollup;
