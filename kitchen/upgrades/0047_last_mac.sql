-- The end of the audit chain, one way to the server and back: whoever adds lines waits
-- for the commit of whoever added before, and only then reads. (A statement would read
-- what there was before it waited; each statement of a function looks anew.)

-- postgres:
CREATE FUNCTION last_mac(chain bigint) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(chain);
    RETURN coalesce((SELECT mac FROM audit_line ORDER BY id DESC LIMIT 1), '');
END
$$;
