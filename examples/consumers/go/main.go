// Command deadletters prints the open dead letters: what could not be applied, and why.
//
// It reads the topic PREFIX.dead-letters by the rules for readers in docs/events.md: only committed
// records, the type from the header ce_type, unknown types and fields skipped. An entry is open
// unless its last event is dead-letter-closed.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"sort"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// letter has the fields of dead-letter-opened and dead-letter-retried that this program prints. The
// decoder ignores all others, also those of later versions.
type letter struct {
	Entry    string `json:"entry"`
	Attempts int    `json:"attempts"`
	Failure  struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"failure"`
}

func main() {
	kafka := flag.String("kafka", "localhost:9092", "HOST:PORT[,HOST:PORT]")
	prefix := flag.String("prefix", "sluice", "the installation's --topic-prefix")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	open, err := read(ctx, strings.Split(*kafka, ","), *prefix+".dead-letters")
	if err != nil {
		log.Fatal(err)
	}
	entries := make([]string, 0, len(open))
	for entry := range open {
		entries = append(entries, entry)
	}
	sort.Strings(entries)
	for _, entry := range entries {
		found := open[entry]
		// %q, since a line break in text of others would forge a line of the output
		fmt.Printf("%s attempts %d %s: %q\n", entry, found.Attempts, found.Failure.Code, found.Failure.Message)
	}
}

// read returns the open entries by their ids, as of the end of the topic.
func read(ctx context.Context, brokers []string, topic string) (map[string]letter, error) {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(brokers...),
		kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		// The end of a partition may be a transaction's marker, which is no record of the topic.
		// With it the client reports every offset up to the end.
		kgo.KeepControlRecords(),
	)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	missing, err := unread(ctx, kadm.NewClient(client), topic)
	if err != nil {
		return nil, err
	}
	open := map[string]letter{}
	for len(missing) > 0 {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return nil, err
		}
		for records := fetches.RecordIter(); !records.Done(); {
			record := records.Next()
			if !record.Attrs.IsControl() {
				if err := add(open, record); err != nil {
					return nil, err
				}
			}
			if end, ok := missing[record.Partition]; ok && record.Offset+1 >= end {
				delete(missing, record.Partition)
			}
		}
	}
	return open, nil
}

// unread returns the end of each partition that is not empty.
func unread(ctx context.Context, admin *kadm.Client, topic string) (map[int32]int64, error) {
	starts, err := admin.ListStartOffsets(ctx, topic)
	if err == nil {
		err = starts.Error()
	}
	if err != nil {
		return nil, err
	}
	// The last stable offset: records of transactions that are still open follow it.
	ends, err := admin.ListCommittedOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return nil, err
	}
	unread := map[int32]int64{}
	ends.Each(func(end kadm.ListedOffset) {
		if start, ok := starts.Lookup(topic, end.Partition); ok && end.Offset > start.Offset {
			unread[end.Partition] = end.Offset
		}
	})
	return unread, nil
}

// add applies one event to the open entries.
func add(open map[string]letter, record *kgo.Record) error {
	switch header(record, "ce_type") {
	case "dev.sluice.dead-letter-opened.v1", "dev.sluice.dead-letter-retried.v1":
		var found letter
		if err := json.Unmarshal(record.Value, &found); err != nil {
			return fmt.Errorf("partition %d offset %d: %w", record.Partition, record.Offset, err)
		}
		open[found.Entry] = found
	case "dev.sluice.dead-letter-closed.v1":
		delete(open, header(record, "sluice_entry"))
	}
	return nil
}

func header(record *kgo.Record, name string) string {
	for _, header := range record.Headers {
		if header.Key == name {
			return string(header.Value)
		}
	}
	return ""
}
